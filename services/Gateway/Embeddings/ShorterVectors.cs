namespace Platform.Gateway.Embeddings;

internal static class ShorterVectors
{
    /// <summary>The first numbers of each vector, scaled to unit length again.</summary>
    public static float[] Of(float[] vectors, int from, int to)
    {
        var shorter = new float[vectors.Length / from * to];
        for (var vector = 0; vector < vectors.Length / from; vector++)
        {
            var part = shorter.AsSpan(vector * to, to);
            vectors.AsSpan(vector * from, to).CopyTo(part);
            var square = 0.0;
            foreach (var number in part) square += (double)number * number;
            if (square == 0) continue;
            var length = Math.Sqrt(square);
            foreach (ref var number in part) number = (float)(number / length);
        }

        return shorter;
    }
}
