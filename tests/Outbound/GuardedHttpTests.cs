using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Outbound.Tests;

public sealed class GuardedHttpTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    public void A_private_address_is_none_of_the_public_ones(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700:4700::1111")]
    public void A_public_address_is_public(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    public async Task A_name_that_leads_here_is_not_asked(string url)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = GuardedHttp.Create(3, allowPrivate: false, TimeSpan.FromSeconds(5));
        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(string.Format(null, url, ((IPEndPoint)server.LocalEndpoint).Port)));
        Assert.IsType<PrivateAddressException>(refusal.InnerException);
        Assert.False(server.Pending());
    }

    [Fact]
    public async Task A_redirect_is_followed_only_as_often_as_allowed()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var asked = 0;
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                using var connection = await server.AcceptTcpClientAsync();
                await using var stream = connection.GetStream();
                await stream.ReadAtLeastAsync(new byte[4096], 1);
                asked++;
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        });
        using var client = GuardedHttp.Create(2, allowPrivate: true, TimeSpan.FromSeconds(5));
        using var answer = await client.GetAsync($"http://127.0.0.1:{port}/");
        Assert.Equal((HttpStatusCode.Found, 3), (answer.StatusCode, asked));
        server.Stop();
        await Assert.ThrowsAnyAsync<SocketException>(() => serving);
    }
}
