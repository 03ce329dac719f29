using Platform.Inference.Engine;

namespace Platform.Inference.Grammars;

/// <summary>The bytes of every token of a vocabulary, as a tree in the order of a walk through it: what shares a beginning is walked once.</summary>
internal sealed class TokenTrie
{
    private readonly byte[][] pieces;
    private readonly Node[] nodes;
    private readonly int[] sameBytes;

    /// <summary>Tokens that have a text only when it is asked for.</summary>
    private readonly List<int> controls = [];

    public TokenTrie(IEngineModel model)
    {
        var vocabulary = model.Info.Vocabulary;
        pieces = new byte[vocabulary][];
        var ends = new List<int>();
        var buffer = new byte[256];
        for (var token = 0; token < vocabulary; token++)
        {
            pieces[token] = Piece(model, token, special: false, ref buffer);
            if (model.IsEnd(token))
            {
                ends.Add(token);
                pieces[token] = [];
            }
            else if (pieces[token].Length == 0)
            {
                pieces[token] = Piece(model, token, special: true, ref buffer);
                controls.Add(token);
            }
        }

        Ends = [.. ends];
        Depth = pieces.Max(piece => piece.Length);
        sameBytes = new int[vocabulary];
        nodes = Nodes();
    }

    /// <summary>Tokens that end a generation.</summary>
    public int[] Ends { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth { get; }

    public int Vocabulary => pieces.Length;

    /// <summary>Nodes in walking order.</summary>
    public ReadOnlySpan<Node> Walk => nodes;

    /// <summary>Empty for tokens that end a generation.</summary>
    public ReadOnlySpan<byte> Bytes(int token) => pieces[token];

    /// <summary>The next token with the same bytes, or −1.</summary>
    public int Next(int token) => sameBytes[token];

    public HashSet<int> ControlTokensExcept(IReadOnlySet<int> shown) => [.. controls.Where(token => !shown.Contains(token))];

    private static byte[] Piece(IEngineModel model, int token, bool special, ref byte[] buffer)
    {
        var length = model.Piece(token, buffer, special);
        if (length < 0)
        {
            buffer = new byte[-length];
            length = model.Piece(token, buffer, special);
        }

        return buffer[..length];
    }

    private Node[] Nodes()
    {
        Array.Fill(sameBytes, -1);
        var order = Enumerable.Range(0, pieces.Length).Where(token => pieces[token].Length > 0).ToArray();
        Array.Sort(order, (a, b) => pieces[a].AsSpan().SequenceCompareTo(pieces[b]) is var compared && compared != 0 ? compared : a.CompareTo(b));
        var made = new List<Node>();
        var path = new Stack<int>();
        byte[] before = [];
        foreach (var token in order)
        {
            var bytes = pieces[token];
            var common = before.AsSpan().CommonPrefixLength(bytes);
            if (common == bytes.Length)
            {
                var same = made[^1].Token;
                sameBytes[token] = sameBytes[same];
                sameBytes[same] = token;
                continue;
            }

            while (path.Count > common)
            {
                Close(made, path.Pop());
            }

            for (var i = common; i < bytes.Length; i++)
            {
                path.Push(made.Count);
                made.Add(new Node(bytes[i], i, i == bytes.Length - 1 ? token : -1, 0));
            }

            before = bytes;
        }

        while (path.Count > 0)
        {
            Close(made, path.Pop());
        }

        return [.. made];
    }

    private static void Close(List<Node> made, int node) => made[node] = made[node] with { After = made.Count };

    /// <param name="Byte">The last byte of what the node stands for.</param>
    /// <param name="Depth">Bytes before it.</param>
    /// <param name="Token">A token with these bytes, or −1.</param>
    /// <param name="After">Where the walk goes on when everything that begins so is left out.</param>
    internal readonly record struct Node(byte Byte, int Depth, int Token, int After);
}
