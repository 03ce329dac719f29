using System.Buffers;

namespace Platform.Templates.Rendering;

/// <summary>The text rendered so far. What a macro or block prints is taken back off its end.</summary>
internal sealed class Output : IDisposable
{
    private char[] _buffer = ArrayPool<char>.Shared.Rent(4096);

    public int Length { get; private set; }

    public void Append(string text)
    {
        if (text.Length > _buffer.Length - Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(_buffer.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Removes and returns everything from <paramref name="start"/> on.</summary>
    public string TakeFrom(int start)
    {
        var text = new string(_buffer, start, Length - start);
        Length = start;
        return text;
    }

    public void Dispose() => ArrayPool<char>.Shared.Return(_buffer);

    private void Grow(int more)
    {
        if (Length + more > Limits.OutputLength)
        {
            throw new TemplateException($"The output is too long; at most {Limits.OutputLength} characters are allowed.");
        }

        var larger = ArrayPool<char>.Shared.Rent(Math.Max(Length + more, _buffer.Length * 2));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
