using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Pds.Cli.Commands;

/// <summary>
/// Where commands answer: as tables and sentences for people, as JSON for scripts. What others have written, such as names and
/// addresses, can neither color the terminal nor move its cursor.
/// </summary>
/// <param name="console">The terminal, or what stands for it in a test.</param>
/// <param name="errors">Where complaints go; the same when null.</param>
internal sealed class Terminal(IAnsiConsole console, IAnsiConsole? errors = null)
{
    // The column that a table shrinks last is not known to it; where nobody looks, nothing has to fit.
    private const int WidthOfFiles = 400;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IAnsiConsole Console => console;

    /// <summary>The terminal that the command was given in.</summary>
    public static Terminal Open()
    {
        var console = AnsiConsole.Console;
        if (System.Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfFiles;
        }

        return new Terminal(console, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) }));
    }

    public void Say(string text) => console.Profile.Out.Writer.WriteLine(Clean(text));

    public void Complain(string text) => (errors ?? console).Write(new Text($"{Clean(text)}{Environment.NewLine}", new Style(Spectre.Console.Color.Red)));

    /// <summary>Writes JSON, or for people what <paramref name="write"/> makes of it.</summary>
    public void Answer(ParseResult parsed, JsonNode answer, Action<Terminal> write)
    {
        if (parsed.GetValue(CommandRun.Json))
        {
            Json(answer);
        }
        else
        {
            write(this);
        }
    }

    /// <summary>Writes JSON.</summary>
    public void Json(JsonNode answer) => console.Profile.Out.Writer.WriteLine(answer.ToJsonString(Indented));

    /// <summary>Writes a table.</summary>
    public void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Minimal };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { NoWrap = true });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Clean(cell))));
        }

        console.Write(table);
    }

    /// <summary>Writes names and what they stand for.</summary>
    public void Pairs(params (string Name, string? Value)[] pairs)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn(new GridColumn());
        foreach (var (name, value) in pairs)
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(Clean(value)));
            }
        }

        console.Write(grid);
    }

    /// <summary>Asks before what cannot be undone.</summary>
    /// <exception cref="CommandFailure">The answer is no, or nobody is there to ask.</exception>
    public void Confirm(ParseResult parsed, string question)
    {
        if (parsed.GetValue(CommandRun.Yes))
        {
            return;
        }

        if (!console.Profile.Capabilities.Interactive || System.Console.IsInputRedirected)
        {
            throw new CommandFailure($"{question} Say --yes to go ahead.");
        }

        if (!new ConfirmationPrompt(Markup.Escape(Clean(question))) { DefaultValue = false }.Show(console))
        {
            throw new CommandFailure("Nothing was done.");
        }
    }

    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.AsSpan().ContainsAnyInRange('\u007F', '\u009F'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            clean.Append(char.IsControl(character) && character is not '\n' ? '\uFFFD' : character);
        }

        return clean.ToString();
    }
}
