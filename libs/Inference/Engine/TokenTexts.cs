namespace Platform.Inference.Engine;

public static class TokenTexts
{
    /// <summary>The bytes of a token, perhaps part of a character; an id outside the vocabulary throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    /// <param name="special">Whether control tokens show their text; else they are empty.</param>
    public static byte[] Text(this IEngineModel model, int token, bool special)
    {
        Span<byte> piece = stackalloc byte[64];
        var length = model.Piece(token, piece, special);
        if (length >= 0)
        {
            return piece[..length].ToArray();
        }

        var all = new byte[-length];
        return all[..model.Piece(token, all, special)];
    }
}
