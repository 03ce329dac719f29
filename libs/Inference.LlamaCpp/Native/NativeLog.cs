using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>llama.cpp's own log: into a logger, and the errors of a call into the message of its exception. It never holds text of a prompt.</summary>
internal static unsafe partial class NativeLog
{
    private const int Continued = 5;
    private const int Error = 4;

    private static volatile ILogger logger = NullLogger.Instance;

    [ThreadStatic] private static StringBuilder? line;
    [ThreadStatic] private static int lineLevel;
    [ThreadStatic] private static List<string>? errors;

    public static void Start(ILogger to)
    {
        logger = to;
        LlamaApi.llama_log_set(&Write, null);
    }

    /// <summary>Runs a call; <paramref name="problem"/> holds what it logged as errors on this thread.</summary>
    public static T Watch<T>(Func<T> call, out string problem)
    {
        errors = [];
        try
        {
            return call();
        }
        finally
        {
            problem = errors.Count > 0 ? string.Join("; ", errors.TakeLast(3)) : "it gave no reason";
            errors = null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* data)
    {
        try
        {
            line ??= new StringBuilder();
            line.Append(Marshal.PtrToStringUTF8((nint)text));
            lineLevel = level == Continued ? lineLevel : level;
            if (line.Length > 0 && line[^1] == '\n')
            {
                var whole = line.ToString().TrimEnd();
                line.Clear();
                if (lineLevel == Error)
                {
                    errors?.Add(whole);
                }

                // native warnings tell of what the caller handles (no room, aborted): they would only repeat it
                var importance = lineLevel switch { Error => LogLevel.Warning, 1 => LogLevel.Trace, _ => LogLevel.Debug };
                Log.NativeMessage(logger, importance, whole);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // nothing may be thrown through native frames; a log line is the least of what can get lost
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, Message = "llama.cpp: {Text}")]
        public static partial void NativeMessage(ILogger logger, LogLevel level, string text);
    }
}
