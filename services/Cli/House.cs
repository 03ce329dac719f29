namespace Platform.Cli;

/// <summary>Where things lie: below the clone what is built, below the data folder what is kept.</summary>
internal sealed record House(string Root, string Data)
{
    public string Credentials => Path.Combine(Data, "credentials.json");
    public string OperatorFile => Path.Combine(Data, "models.json");
    public string State => Path.Combine(Data, "state.json");
    public string Lock => Path.Combine(Data, "lock");
    public string Logs => Path.Combine(Data, "logs");
    public string Database => Path.Combine(Data, "postgres");
    public string DatabasePassword => Path.Combine(Data, "postgres.password");
    public string Broker => Path.Combine(Data, "rabbitmq");
    public string BrokerPassword => Path.Combine(Data, "rabbitmq.password");

    public string CatalogFile => Path.Combine(Root, "infra/models/catalog.json");
    public string FetchNatives => Path.Combine(Root, "infra/natives/fetch");
    public string RunPostgres => Path.Combine(Root, "infra/postgres/run");
    public string RunRabbitMq => Path.Combine(Root, "infra/rabbitmq/run");
    public string Tests => Path.Combine(Root, "tests");

    /// <summary>Where a project's output lies, of the same configuration as this program's.</summary>
    public string Built(string project) => Path.Combine(Root, "artifacts/bin", project, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    public string Log(string service) => Path.Combine(Logs, service + ".log");

    /// <summary>The script <c>platform</c> sets both variables.</summary>
    public static House FromEnvironment()
    {
        var root = Environment.GetEnvironmentVariable("PLATFORM_ROOT") ?? Path.GetFullPath("../../../..", AppContext.BaseDirectory);
        return new House(root, Environment.GetEnvironmentVariable("PLATFORM_DATA") ?? Path.Combine(root, ".platform"));
    }
}
