namespace Pds.Web.Sandbox;

/// <summary>A color.</summary>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <summary>A color between two.</summary>
    /// <param name="share">0 is this, 1 the other.</param>
    public Rgb Toward(Rgb other, double share) => new(
        Between(Red, other.Red, share), Between(Green, other.Green, share), Between(Blue, other.Blue, share));

    private static byte Between(byte from, byte to, double share) => (byte)(from + ((to - from) * share));
}
