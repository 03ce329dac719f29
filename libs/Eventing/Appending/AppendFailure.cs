using System.Text.Json;
using JasperFx.Events;
using Npgsql;

namespace Platform.Eventing.Appending;

/// <summary>Tells a batch the database refuses, today and tomorrow, from one it could not take just now.</summary>
internal static class AppendFailure
{
    /// <summary>
    /// Constraint and version errors, and values no table can hold. Everything else passes: a lost connection, a restart, a deadlock, a full pool.
    /// </summary>
    public static bool IsRefusal(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case EventStreamUnexpectedMaxEventIdException:
                case ExistingStreamIdCollisionException or Marten.Exceptions.ExistingStreamIdCollisionException:
                case JsonException or NotSupportedException or ArgumentException:
                case PostgresException postgres when IsRefusal(postgres.SqlState) && !IsMissingPartition(postgres):
                    return true;
            }
        }

        return false;
    }

    public static bool IsMissingPartition(Exception failure) =>
        failure.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null };

    /// <summary>For the log: what Marten and PostgreSQL say of a failed command may quote its values.</summary>
    public static string Name(Exception failure)
    {
        var innermost = failure.GetBaseException();
        return innermost is PostgresException postgres ? $"{innermost.GetType().Name} {postgres.SqlState}" : innermost.GetType().Name;
    }

    /// <summary>Classes 22 (data exception), 23 (integrity constraint) and 54 (program limit).</summary>
    private static bool IsRefusal(string sqlState) => sqlState[..2] is "22" or "23" or "54";
}
