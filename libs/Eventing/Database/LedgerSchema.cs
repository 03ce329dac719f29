namespace Platform.Eventing.Database;

internal static class LedgerSchema
{
    /// <summary>Holds Marten's tables and ours.</summary>
    public const string Name = "ledger";
}
