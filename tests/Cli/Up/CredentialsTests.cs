using Platform.Cli.Terminal;
using Platform.Cli.Up;

namespace Platform.Cli.Tests.Up;

public sealed class CredentialsTests : IDisposable
{
    private readonly TemporaryHouse _home = new();

    [Fact]
    public void Keys_are_made_once_and_the_address_follows_the_port()
    {
        var first = Credentials.Ensure(_home.House, "http://127.0.0.1:8080/v1");
        var second = Credentials.Ensure(_home.House, "http://127.0.0.1:9000/v1");

        Assert.Equal(first with { BaseUrl = "http://127.0.0.1:9000/v1" }, second);
        Assert.Equal(second, Credentials.Read(_home.House));
        Assert.NotEqual(first.ApiKey, first.AdminKey);
    }

    [Fact]
    public void A_secret_holds_a_public_id_and_43_secret_characters()
    {
        var credentials = Credentials.Ensure(_home.House, "http://127.0.0.1:8080/v1");

        Assert.Matches("^sk-[0-9a-hjkmnp-tv-z]{26}-[0-9A-Za-z]{43}$", credentials.ApiKey);
        Assert.Matches("^sk-[0-9a-hjkmnp-tv-z]{26}-[0-9A-Za-z]{43}$", credentials.AdminKey);
    }

    [Fact]
    public void Nobody_else_can_read_them()
    {
        Credentials.Ensure(_home.House, "http://127.0.0.1:8080/v1");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.House.Credentials));
    }

    [Fact]
    public void A_broken_file_is_named_and_left_alone()
    {
        File.WriteAllText(_home.House.Credentials, """{"base_url": """);

        var refusal = Assert.Throws<CliException>(() => Credentials.Ensure(_home.House, "http://127.0.0.1:8080/v1"));

        Assert.Contains(_home.House.Credentials, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("""{"base_url": """, File.ReadAllText(_home.House.Credentials));
    }

    public void Dispose() => _home.Dispose();
}
