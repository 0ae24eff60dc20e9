namespace Pds.Web.Localization;

/// <summary>The texts of the pages, in <c>Texts.resx</c> and its translations.</summary>
public sealed class Texts;
