using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>The folder of everything that outlives a run, held by one run at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _hold;

    private DataFolder(LocalSettings settings, FileStream hold) => (Settings, _hold) = (settings, hold);

    public LocalSettings Settings { get; }

    /// <summary>Makes the folder where there is none, and takes hold of it; the system lets go of it when this process ends.</summary>
    /// <exception cref="LocalServiceException">Another run holds it.</exception>
    public static DataFolder Open(LocalSettings settings)
    {
        Directory.CreateDirectory(settings.DataFolder);
        try
        {
            return new DataFolder(
                settings,
                new FileStream(
                    Path.Combine(settings.DataFolder, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new LocalServiceException(
                $"Another run uses {settings.DataFolder}. Stop it first, or choose another folder with PDS_DATA_DIRECTORY.");
        }
    }

    public string PathOf(string name) => Path.Combine(Settings.DataFolder, name);

    public void Dispose() => _hold.Dispose();
}
