using Platform.Grains.Pools;

namespace Platform.Silo.Pools;

internal sealed class WaitingTicket(Ticket ticket, long arrival)
{
    public Ticket Ticket { get; } = ticket;

    /// <summary>Rises with every ticket of the pool.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>Long polls that wait for it right now.</summary>
    public int Polls { get; set; }

    public long LastPolled { get; set; }

    /// <summary>Dispatch round in which no worker had room for it.</summary>
    public long PassedOverIn { get; set; } = -1;

    /// <summary>Completes when it is granted or taken out.</summary>
    public TaskCompletionSource Decided { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
