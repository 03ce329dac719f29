using Marten;
using Platform.Eventing.Answers;
using Platform.Eventing.Database;

namespace Platform.Eventing.Sessions;

/// <summary>What a deleted conversation leaves behind: that it was, and when; not what was said, nor its metadata.</summary>
public static class SessionErasure
{
    /// <summary>In the session's transaction.</summary>
    public static void Erase(IDocumentOperations session, string id)
    {
        AnswerTables.Erase(session, id);
        session.QueueSqlCommand($$"""update {{LedgerSchema.Name}}.mt_events set data = jsonb_set(data, array['metadata'], '"{}"') where stream_id = ? and jsonb_exists(data, 'metadata')""", id);
    }
}
