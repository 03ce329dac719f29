using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Platform.Cli.Up;

/// <summary>Which TCP ports are free, and who has the others.</summary>
internal static class Ports
{
    private static readonly string[] Listeners = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static bool IsFree(IPAddress address, int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(taken => taken.Port != port || !Overlap(taken.Address, address));

    /// <summary>A port that was free a moment ago.</summary>
    public static int AnyFree()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>The first free port from <paramref name="from"/> upwards.</summary>
    public static int FreeFrom(IPAddress address, int from)
    {
        for (var port = from; port < ushort.MaxValue; port++)
        {
            if (IsFree(address, port)) return port;
        }

        return AnyFree();
    }

    /// <summary>Name and id of the process that listens there, or null where the system doesn't let us see it.</summary>
    public static string? Holder(int port)
    {
        var inodes = Listeners.Where(File.Exists).SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && int.Parse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port)
            .Select(fields => $"socket:[{fields[9]}]").ToHashSet();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(process + "/fd").Any(handle => File.ResolveLinkTarget(handle, returnFinalTarget: false) is { } link && inodes.Contains(Path.GetFileName(link.FullName))))
                {
                    return $"{File.ReadAllText(process + "/comm").Trim()} (process {Path.GetFileName(process)})";
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // another user's, or gone meanwhile
            }
        }

        return null;
    }

    private static bool Overlap(IPAddress taken, IPAddress wanted) =>
        taken.Equals(wanted) || taken.Equals(IPAddress.Any) || taken.Equals(IPAddress.IPv6Any) || wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any);
}
