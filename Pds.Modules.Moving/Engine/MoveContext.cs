using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>What the steps of one move share.</summary>
internal sealed class MoveContext(ServerClient old, ServerClient @new, PlcDirectory plc, TimeProvider time, IProgress<MoveProgress>? progress)
{
    public ServerClient Old { get; } = old;

    public ServerClient New { get; } = @new;

    public PlcDirectory Plc { get; } = plc;

    public TimeProvider Time { get; } = time;

    /// <summary>Whose account; known after the sign-in.</summary>
    public Did Did { get; set; }

    public MoveReport Report { get; set; } = new();

    public void Tell(MoveStep step, long done = 0, long? total = null) => progress?.Report(new MoveProgress(step, done, total));
}
