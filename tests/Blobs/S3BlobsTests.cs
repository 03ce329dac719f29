using System.Diagnostics;
using System.Net.Sockets;
using Platform.Fixtures;

namespace Platform.Blobs.Tests;

/// <summary>Over HTTP, on a server that speaks S3.</summary>
public sealed class S3BlobsTests(S3Server server) : BlobContract, IClassFixture<S3Server>
{
    protected override IBlobStore Store { get; } = new S3Blobs(server.Options);

    [Fact]
    public async Task A_bucket_that_is_not_there_is_an_error_and_no_missing_blob()
    {
        using var elsewhere = new S3Blobs(server.Options with { Bucket = "no-such-bucket" });
        await Assert.ThrowsAnyAsync<Amazon.S3.AmazonS3Exception>(() => elsewhere.Put("x"u8.ToArray(), default));
    }
}

/// <summary>The s3rver package from npm, in a process of its own.</summary>
public sealed class S3Server : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("platform-s3-").FullName;
    private readonly int _port = FreePort.Next();
    private Process? _process;

    public S3Options Options => new("blobs", $"http://127.0.0.1:{_port}", Prefix: "videos/", AccessKey: "S3RVER", SecretKey: "S3RVER");

    public async ValueTask InitializeAsync()
    {
        var package = Folder();
        if (!Directory.Exists(Path.Combine(package, "node_modules")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = package })!; // never null without the shell
            await install.WaitForExitAsync();
            Assert.Equal(0, install.ExitCode);
        }

        var start = new ProcessStartInfo("node", ["node_modules/s3rver/bin/s3rver.js", "-d", _folder, "-a", "127.0.0.1", "-p", $"{_port}", "--silent", "--configure-bucket", "blobs"]) { WorkingDirectory = package };
        _process = Process.Start(start)!; // never null without the shell
        await Eventually.Holds(Answers, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        try
        {
            using var socket = new TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var package = Path.Combine(folder.FullName, "tests/Blobs/server");
            if (Directory.Exists(package)) return package;
        }

        throw new DirectoryNotFoundException($"tests/Blobs/server lies in no folder above {AppContext.BaseDirectory}");
    }
}
