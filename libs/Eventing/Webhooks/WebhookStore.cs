using Npgsql;

namespace Platform.Eventing.Webhooks;

/// <param name="Secret"><c>whsec_</c> and the key in base64.</param>
public sealed record WebhookEndpoint(string Id, string ProjectId, string Url, string Secret, IReadOnlyList<string> Events, DateTimeOffset CreatedAt);

/// <param name="Attempts">This one included.</param>
public sealed record WebhookDelivery(string EventId, string EndpointId, string Url, string Secret, string Body, int Attempts);

/// <summary>Endpoints and what is due to them.</summary>
public sealed class WebhookStore(NpgsqlDataSource database)
{
    internal Task Create(CancellationToken cancellation) => WebhookTables.Create(database, cancellation);

    public async Task Add(WebhookEndpoint endpoint, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"insert into {WebhookTables.Endpoints} (id, project_id, url, secret, events, created_at) values ($1, $2, $3, $4, $5, $6)");
        foreach (var value in (object[])[endpoint.Id, endpoint.ProjectId, endpoint.Url, endpoint.Secret, endpoint.Events.ToArray(), endpoint.CreatedAt.ToUniversalTime()]) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<IReadOnlyList<WebhookEndpoint>> List(string projectId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select id, project_id, url, secret, events, created_at from {WebhookTables.Endpoints} where project_id = $1 order by created_at, id");
        command.Parameters.Add(new() { Value = projectId });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var endpoints = new List<WebhookEndpoint>();
        while (await rows.ReadAsync(cancellation)) endpoints.Add(new(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetFieldValue<string[]>(4), rows.GetFieldValue<DateTimeOffset>(5)));
        return endpoints;
    }

    /// <summary>With everything that is still due to it. False when there is none.</summary>
    public async Task<bool> Remove(string projectId, string id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"delete from {WebhookTables.Endpoints} where project_id = $1 and id = $2");
        command.Parameters.Add(new() { Value = projectId });
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Takes what is due; each comes again after a pause that grows fourfold with every attempt, unless it is <see cref="Done"/> by then.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> TakeDue(int limit, TimeSpan firstPause, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"""
            update {WebhookTables.Deliveries} as d set attempts = d.attempts + 1, next_at = now() + least(interval '12 hours', $2 * power(4, d.attempts))
            from {WebhookTables.Endpoints} as e
            where e.id = d.endpoint_id and (d.event_id, d.endpoint_id) in
                (select event_id, endpoint_id from {WebhookTables.Deliveries} where next_at <= now() order by next_at limit $1 for update skip locked)
            returning d.event_id, d.endpoint_id, e.url, e.secret, d.body, d.attempts
            """);
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = firstPause });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var due = new List<WebhookDelivery>();
        while (await rows.ReadAsync(cancellation)) due.Add(new(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetInt32(5)));
        return due;
    }

    public async Task Done(WebhookDelivery delivery, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"delete from {WebhookTables.Deliveries} where event_id = $1 and endpoint_id = $2");
        command.Parameters.Add(new() { Value = delivery.EventId });
        command.Parameters.Add(new() { Value = delivery.EndpointId });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
