using Npgsql;
using Platform.Eventing.Database;

namespace Platform.Eventing.Webhooks;

/// <summary>Where projects want to be told of what happens, and what they are still to be told: written in the transaction of the event itself.</summary>
internal static class WebhookTables
{
    public const string Endpoints = $"{LedgerSchema.Name}.webhook_endpoints";
    public const string Deliveries = $"{LedgerSchema.Name}.webhook_deliveries";

    /// <summary>Parameters: event id, body, type, project id, type.</summary>
    public const string Enqueue = $"insert into {Deliveries} (event_id, endpoint_id, body, type) select ?, id, ?, ? from {Endpoints} where project_id = ? and ? = any(events)";

    public static async Task Create(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var create = database.CreateCommand($"""
            create table if not exists {Endpoints} (
                id text primary key, project_id text not null, url text not null, secret text not null, events text[] not null, created_at timestamptz not null default now()
            );
            create table if not exists {Deliveries} (
                event_id text not null, endpoint_id text not null references {Endpoints} (id) on delete cascade, type text not null, body text not null,
                attempts integer not null default 0, next_at timestamptz not null default now(), primary key (event_id, endpoint_id)
            );
            create index if not exists webhook_deliveries_due on {Deliveries} (next_at)
            """);
        await create.ExecuteNonQueryAsync(cancellation);
    }
}
