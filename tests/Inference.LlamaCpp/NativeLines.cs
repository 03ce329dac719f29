using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Platform.Inference.LlamaCpp.Tests;

/// <summary>Keeps the last lines of llama.cpp's log: it tells there what it takes.</summary>
public sealed class NativeLines : ILogger
{
    private const int Most = 2000;

    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyList<string> Since(int mark) => [.. lines.Skip(mark)];

    public void Clear() => lines.Clear();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lines.Enqueue(formatter(state, exception));
        while (lines.Count > Most) lines.TryDequeue(out _);
    }
}
