using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pds.Tests.Support;

/// <summary>Keeps what a server logs, as its console would show it with all that comes along: properties, exceptions, scopes.</summary>
/// <param name="lines">Where it goes.</param>
internal sealed class LogCapture(ConcurrentQueue<string> lines) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private void Keep(string line) => lines.Enqueue(line);

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => capture._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new StringBuilder($"{logLevel} {category}: {formatter(state, exception)}");
            Describe(line, state);
            capture._scopes.ForEachScope((scope, text) => Describe(text, scope), line);
            capture.Keep(line.Append(' ').Append(exception).ToString());
        }

        private static void Describe(StringBuilder line, object? state)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> properties)
            {
                foreach (var (name, value) in properties)
                {
                    line.Append(' ').Append(name).Append('=').Append(value);
                }
            }
            else
            {
                line.Append(' ').Append(state);
            }
        }
    }
}
