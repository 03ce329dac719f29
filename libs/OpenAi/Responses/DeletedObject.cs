using System.Text;
using System.Text.Json;

namespace Platform.OpenAi.Responses;

/// <summary>What the API says of an object that is no more.</summary>
public static class DeletedObject
{
    /// <param name="kind">As <c>response.deleted</c>.</param>
    public static byte[] Write(string id, string kind) => Encoding.UTF8.GetBytes($"{{\"id\":\"{JsonEncodedText.Encode(id)}\",\"object\":\"{kind}\",\"deleted\":true}}");
}
