using System.Text.RegularExpressions;

namespace Platform.Gateway.Requests;

/// <summary>What ids of ours look like: others need not be asked for.</summary>
internal static partial class PublicIds
{
    public static bool IsResponse(string id) => Response().IsMatch(id);

    public static bool IsConversation(string id) => Conversation().IsMatch(id);

    public static bool IsCompletion(string id) => Completion().IsMatch(id);

    public static bool IsVideo(string id) => Video().IsMatch(id);

    [GeneratedRegex(@"\Avideo_[0-9a-z]{26}\z")]
    private static partial Regex Video();

    [GeneratedRegex(@"\Aresp_[0-9a-z]{26}\z")]
    private static partial Regex Response();

    [GeneratedRegex(@"\Aconv_[0-9a-z]{26}\z")]
    private static partial Regex Conversation();

    [GeneratedRegex(@"\Achatcmpl-[0-9a-z]{26}\z")]
    private static partial Regex Completion();
}
