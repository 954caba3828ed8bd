using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Running;

/// <summary>Free TCP ports on the loopback address.</summary>
internal static class LoopbackPorts
{
    // Below the range Linux takes client ports from (32768 up). A server's port inside it can be lost while the server
    // restarts: a client that keeps dialling it may be given that very port as its own and connect to itself.
    private const int First = 20_000;
    private const int Last = 31_999;
    private const int Attempts = 200;

    public static int Any()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port)) return port;
        }

        throw new DistributedApplicationException($"No free port found between {First} and {Last} in {Attempts} attempts.");
    }

    /// <summary>The preferred port when it is free, else the next free one above it.</summary>
    public static int From(int preferred)
    {
        for (var port = preferred; port < preferred + Attempts; port++)
            if (IsFree(port)) return port;

        throw new DistributedApplicationException($"No free port found between {preferred} and {preferred + Attempts - 1}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
