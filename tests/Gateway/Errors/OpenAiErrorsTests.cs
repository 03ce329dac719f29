using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.Gateway.Tests.Host;

namespace Platform.Gateway.Tests.Errors;

public class OpenAiErrorsTests
{
    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "unknown_url")]
    [InlineData("POST", "/elsewhere", 404, "unknown_url")]
    [InlineData("PUT", "/v1/chat/completions", 405, "method_not_supported")]
    [InlineData("PUT", "/v1/models", 405, "method_not_supported")]
    [InlineData("GET", "/broken", 500, "server_error")]
    public async Task Whatever_goes_wrong_leaves_as_the_error_object(string method, string path, int status, string code)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        var error = await response.Error();
        Assert.Equal((status, code, "application/json"), ((int)response.StatusCode, error.Code, response.Content.Headers.ContentType?.ToString()));
        Assert.Matches("^req_[0-9a-z]{26}$", response.Header("x-request-id"));
        Assert.Equal("2020-10-01", response.Header("openai-version"));
        Assert.Matches("^[0-9]+$", response.Header("openai-processing-ms"));
        Assert.DoesNotContain("a bug", error.Message, StringComparison.Ordinal);
        if (status == 405) Assert.NotEmpty(response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("{\"model\":", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("{}", "text/plain")]
    [InlineData("{}", "application/x-www-form-urlencoded")]
    public async Task A_body_is_read_whatever_its_content_type_and_refused_with_a_400(string body, string contentType)
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, contentType));
        Assert.Equal((400, "invalid_request_error"), ((int)response.StatusCode, (await response.Error()).Type));
    }

    [Fact]
    public async Task A_body_without_a_length_is_read_too()
    {
        await using var gateway = await GatewayHost.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent("{\"messages\":5}") };
        request.Headers.TransferEncodingChunked = true;
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal("model", (await response.Error()).Param);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task A_packed_body_is_unpacked_and_refused_where_it_is_broken_or_too_large(string encoding)
    {
        await using var gateway = await GatewayHost.Start();
        var (status, error) = await Send(Packed(encoding, Encoding.UTF8.GetBytes("\uFEFF{\"messages\":5}")));
        Assert.Equal((400, "model"), (status, error.Param));
        if (encoding == "identity") return;
        Assert.Equal(400, (await Send([1, 2, 3, 4, 5, 6, 7, 8])).Status);
        Assert.Equal(413, (await Send(Packed(encoding, new byte[20_000_000]))).Status);

        async Task<(int Status, (string Message, string Type, string? Param, string? Code) Error)> Send(byte[] body)
        {
            using var response = await gateway.Client.PostAsync("/v1/chat/completions", new ByteArrayContent(body) { Headers = { ContentEncoding = { encoding } } });
            return ((int)response.StatusCode, await response.Error());
        }
    }

    [Fact]
    public async Task A_body_packed_in_an_unknown_way_is_a_415()
    {
        await using var gateway = await GatewayHost.Start();
        using var response = await gateway.Client.PostAsync("/v1/chat/completions", new ByteArrayContent([1]) { Headers = { ContentEncoding = { "zstd" } } });
        Assert.Equal((415, "invalid_request_error"), ((int)response.StatusCode, (await response.Error()).Type));
    }

    [Theory]
    [InlineData("Content-Length: 10485761")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_over_the_limit_is_a_413_even_while_it_is_being_sent(string how)
    {
        await using var gateway = await GatewayHost.Start();
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
        var stream = connection.GetStream();
        var answer = Answer(stream);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {gateway.Grains.ProjectSecret}\r\n{how}\r\n\r\n"));
            var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string('x', 0x10000)}\r\n");
            for (var i = 0; i < 200 && !answer.IsCompleted; i++) await stream.WriteAsync(chunk);
        }
        catch (IOException)
        {
            // the gateway has answered and hung up
        }

        var text = await answer.WaitAsync(GatewayHost.Soon);
        Assert.StartsWith("HTTP/1.1 413 ", text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_too_large\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browsers_preflight_needs_no_key()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Client.DefaultRequestHeaders.Authorization = null;
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.Add("Origin", "https://example.com");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var response = await gateway.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.NoContent, "*"), (response.StatusCode, response.Header("access-control-allow-origin")));
        Assert.Contains("authorization", response.Header("access-control-allow-headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_a_place_can_do_is_told_without_a_key()
    {
        await using var gateway = await GatewayHost.Start();
        gateway.Client.DefaultRequestHeaders.Authorization = null;
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    /// <summary>All that comes until the end of a chunked answer.</summary>
    private static async Task<string> Answer(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is > 0 and var count) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }

    private static byte[] Packed(string encoding, byte[] body)
    {
        using var packed = new MemoryStream();
        using (Stream packing = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest),
            _ => Stream.Synchronized(packed),
        })
        {
            packing.Write(body);
        }

        return packed.ToArray();
    }
}
