using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Platform.Scenarios.Tests.Wire;
using Platform.Video.Imaging;

namespace Platform.Scenarios.Tests.Videos;

/// <summary>Forms that are wrong in one way each: 400, and neither a blob nor a row nor an event nor a temporary file stays.</summary>
public sealed class MalformedUploadTests(PlatformFixture platform)
{
    private const int Megabyte = 1 << 20;

    private static readonly byte[] Picture = System.IO.File.ReadAllBytes(Path.Combine(RepositoryRoot.Find(), "tests/Video/Golden/shapes-wan-i2v/image.png"));

    private static readonly Dictionary<string, Func<HttpContent>> Wrong = new()
    {
        ["an empty picture"] = () => Form(File([])),
        ["text"] = () => Form(File("hello"u8.ToArray())),
        ["text that lies on disk, being long"] = () => Form(File(new byte[3 * Megabyte])),
        ["a picture of more than 20 MB"] = () => Form(File([.. Picture, .. new byte[21 * Megabyte]])),
        ["the beginning of a PNG"] = () => Form(File(Picture[..20])),
        ["half a PNG"] = () => Form(File(Picture[..(Picture.Length / 2)])),
        ["half a JPEG"] = () => Form(File(RgbImage.Decode(Picture).EncodeJpeg(90)[..600])),
        ["half a WebP"] = () => Form(File(RgbImage.Decode(Picture).EncodeWebp(90)[..150])),
        ["a PNG of a thousand million pixels"] = () => Form(File(Sized(40_000, 40_000))),
        ["a PNG without a pixel"] = () => Form(File(Sized(0, 0))),
        ["a vector drawing"] = () => Form(File("<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'/>"u8.ToArray())),
        ["a clip for a picture"] = () => Form(File([0, 0, 0, 24, .. "ftypisom"u8, .. new byte[100]])),
        ["a picture twice"] = () => Form(File(Picture), File(Picture)),
        ["a picture as a file and as a field"] = () => Form(File(Picture), Field("input_reference", "https://example.com/a.png")),
        ["a picture under two names"] = () => Form(File(Picture), Field("image_reference", "https://example.com/a.png")),
        ["text for a picture's address"] = () => Form(Field("input_reference", "a red circle")),
        ["an address inside"] = () => Form(Field("input_reference[image_url]", "http://10.0.0.1/a.png")),
        ["a last picture the model takes not"] = () => Form(File(Picture, "last_frame_reference")),
        ["a clip where none is taken"] = () => Form(File([0, 0, 0, 24, .. "ftypisom"u8, .. new byte[2 * Megabyte]], "video")),
        ["a file under a path"] = () => Form(File(Picture, "../../etc/passwd")),
        ["a file for the prompt"] = () => Form(File("x"u8.ToArray(), "prompt")),
        ["broken brackets"] = () => Form(Field("input_reference[image_url", "x")),
        ["brackets too deep"] = () => Form(Field("a[b][c][d][e]", "x")),
        ["a field twice"] = () => Form(Field("seconds", "4"), Field("seconds", "8")),
        ["more fields than are read"] = () => Form([.. Enumerable.Range(0, 300).Select(i => Field($"field{i}", "x"))]),
        ["a field longer than is read"] = () => Form(Field("negative_prompt", new string('x', 33 * Megabyte))),
        ["seconds the model can't make"] = () => Form(File(Picture), Field("seconds", "7")),
        ["a size the model can't make"] = () => Form(File(Picture), Field("size", "1280x720")),
        ["a picture and nothing that can be understood"] = () => Form(File(Picture), Field("num_frames", "many")),
        ["no prompt and no picture"] = () => new MultipartFormDataContent { { new StringContent("4"), "seconds" } },
        ["an empty body"] = () => Raw("multipart/form-data; boundary=b", []),
        ["no boundary"] = () => Raw("multipart/form-data", "hello"u8),
        ["another boundary"] = () => Raw("multipart/form-data; boundary=b", "--c\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--c--\r\n"u8),
        ["cut off in a field"] = () => Raw("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx"u8),
        ["cut off in a file that lies on disk"] = () => Raw("multipart/form-data; boundary=b", [.. "--b\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\n\r\n"u8, .. new byte[3 * Megabyte]]),
    };

    public static TheoryData<string> Ways => [.. Wrong.Keys];

    /// <summary>Behaviour 48.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_is_refused_and_leaves_nothing_behind(string way)
    {
        var before = await Traces.Of(platform);
        using var answer = await platform.Client.PostAsync("v1/videos", Wrong[way]());
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await answer.Error();
        await before.AreAll();
    }

    private static (HttpContent, string Name, string? FileName) File(byte[] content, string name = "input_reference") => (new ByteArrayContent(content), name, "a.png");

    private static (HttpContent, string Name, string? FileName) Field(string name, string value) => (new StringContent(value), name, null);

    private static MultipartFormDataContent Form(params (HttpContent Content, string Name, string? FileName)[] parts)
    {
        var form = new MultipartFormDataContent();
        if (parts.All(part => part.Name != "prompt")) form.Add(new StringContent("x"), "prompt");
        foreach (var (content, name, file) in parts)
        {
            if (file is null) form.Add(content, name);
            else form.Add(content, name, file);
        }

        return form;
    }

    private static ByteArrayContent Raw(string type, ReadOnlySpan<byte> body) => new(body.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    /// <summary>A PNG whose header tells of another size, with the right checksum.</summary>
    private static byte[] Sized(int width, int height)
    {
        var file = Picture.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32(file.AsSpan(12, 17)));
        return file;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }

        return ~crc;
    }
}
