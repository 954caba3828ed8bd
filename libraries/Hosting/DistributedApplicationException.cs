namespace Aspire.Hosting;

/// <summary>The application cannot be run as it is described or where it is; the message says what was expected and what was found.</summary>
public class DistributedApplicationException : Exception
{
    public DistributedApplicationException()
    {
    }

    public DistributedApplicationException(string message) : base(message)
    {
    }

    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}
