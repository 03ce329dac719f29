using Platform.Inference.Engine;

namespace Platform.Inference.Speculation;

/// <summary>Whether a draft model speaks of the same tokens.</summary>
public static class Vocabularies
{
    public static bool AreSame(IEngineModel one, IEngineModel other)
    {
        if (one.Info.Vocabulary != other.Info.Vocabulary)
        {
            return false;
        }

        for (var token = 0; token < one.Info.Vocabulary; token++)
        {
            if (one.IsEnd(token) != other.IsEnd(token) || !one.Text(token, special: true).AsSpan().SequenceEqual(other.Text(token, special: true)))
            {
                return false;
            }
        }

        return true;
    }
}
