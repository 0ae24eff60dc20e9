namespace Pds.Tests.Moving;

/// <summary>Two passwords as a script keeps them.</summary>
internal sealed class PasswordFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pds-passwords-");

    public PasswordFiles(string old, string @new)
    {
        File.WriteAllText(Old, old + "\n");
        File.WriteAllText(New, @new + "\n");
    }

    public string Old => Path.Combine(_folder.FullName, "old");

    public string New => Path.Combine(_folder.FullName, "new");

    public void Dispose() => _folder.Delete(recursive: true);
}
