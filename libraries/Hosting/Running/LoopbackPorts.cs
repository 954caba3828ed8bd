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
        using var reservation = ReserveAny();
        return reservation.Port;
    }

    /// <summary>The preferred port when it is free, else the next free one above it.</summary>
    public static int From(int preferred)
    {
        using var reservation = ReserveFrom(preferred);
        return reservation.Port;
    }

    public static PortReservation ReserveAny()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
            if (PortReservation.TryTake(Random.Shared.Next(First, Last + 1)) is { } reservation) return reservation;

        throw new DistributedApplicationException($"No free port found between {First} and {Last} in {Attempts} attempts.");
    }

    /// <summary>The preferred port when it is free, else the next free one above it.</summary>
    public static PortReservation ReserveFrom(int preferred)
    {
        for (var port = preferred; port < preferred + Attempts; port++)
            if (PortReservation.TryTake(port) is { } reservation) return reservation;

        throw new DistributedApplicationException($"No free port found between {preferred} and {preferred + Attempts - 1}.");
    }
}

/// <summary>
/// Keeps others off a port until the process it is for starts: that may wait for minutes, and another host on the machine
/// looks for free ports too.
/// </summary>
internal sealed class PortReservation : IDisposable
{
    private readonly TcpListener _listener;

    private PortReservation(TcpListener listener, int port)
    {
        _listener = listener;
        Port = port;
    }

    public int Port { get; }

    public static PortReservation? TryTake(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            // Listening, and not only bound: Linux lets a second socket bind as long as none listens.
            listener.Start();
            return new PortReservation(listener, port);
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }

    public void Dispose() => _listener.Dispose();
}
