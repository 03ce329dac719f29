using System.Text;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>The bytes of every token, read once: looking one up costs no native call, and an id outside the vocabulary never reaches native code.</summary>
internal sealed unsafe class TokenPieces
{
    private readonly byte[] bytes;
    private readonly int[] ends;
    private readonly bool[] hidden;
    private readonly bool[] endOfGeneration;

    private TokenPieces(byte[] bytes, int[] ends, bool[] hidden, bool[] endOfGeneration) =>
        (this.bytes, this.ends, this.hidden, this.endOfGeneration) = (bytes, ends, hidden, endOfGeneration);

    public int Count => ends.Length;

    public static TokenPieces Read(nint vocabulary)
    {
        var count = LlamaApi.llama_vocab_n_tokens(vocabulary);
        var (ends, hidden, endOfGeneration) = (new int[count], new bool[count], new bool[count]);
        using var all = new MemoryStream();
        var buffer = new byte[256];
        for (var token = 0; token < count; token++)
        {
            int length;
            while ((length = Piece(vocabulary, token, buffer, special: true)) < 0)
            {
                buffer = new byte[-length];
            }

            all.Write(buffer, 0, length);
            ends[token] = (int)all.Length;
            hidden[token] = length > 0 && Piece(vocabulary, token, buffer, special: false) == 0;
            endOfGeneration[token] = LlamaApi.llama_vocab_is_eog(vocabulary, token) != 0;
        }

        return new TokenPieces(all.ToArray(), ends, hidden, endOfGeneration);
    }

    public ReadOnlySpan<byte> Bytes(int token, bool special)
    {
        Check(token);
        var start = token == 0 ? 0 : ends[token - 1];
        return hidden[token] && !special ? [] : bytes.AsSpan(start, ends[token] - start);
    }

    public bool IsEnd(int token)
    {
        Check(token);
        return endOfGeneration[token];
    }

    /// <summary>Empty for −1.</summary>
    public string Text(int token) => token < 0 ? "" : Encoding.UTF8.GetString(Bytes(token, special: true));

    private void Check(int token)
    {
        if ((uint)token >= (uint)ends.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(token), token, $"The vocabulary has the tokens 0 to {ends.Length - 1}.");
        }
    }

    private static int Piece(nint vocabulary, int token, byte[] buffer, bool special)
    {
        fixed (byte* text = buffer)
        {
            return LlamaApi.llama_token_to_piece(vocabulary, token, text, buffer.Length, 0, (byte)(special ? 1 : 0));
        }
    }
}
