using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Pds.Web.Tags;

/// <summary>A small drawing beside a text that says the same.</summary>
[HtmlTargetElement("icon", Attributes = "name", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper : TagHelper
{
    // On a square of 24, drawn with a round pen.
    private static readonly Dictionary<string, string> Drawings = new(StringComparer.Ordinal)
    {
        ["person"] = "<circle cx='12' cy='8' r='4'/><path d='M4 20c1.5-4 4.5-5.5 8-5.500s6.5 1.5 8 5.5'/>",
        ["mail"] = "<rect x='3' y='5' width='18' height='14' rx='2.5'/><path d='m4 7.5 8 6 8-6'/>",
        ["key"] = "<circle cx='8' cy='15' r='4.5'/><path d='m11.5 11.5 8-8M16 7l3 3'/>",
        ["lock"] = "<rect x='5' y='11' width='14' height='9.5' rx='2.5'/><path d='M8 11V8a4 4 0 0 1 8 0v3'/>",
        ["shield"] = "<path d='M12 3 5 5.500V11c0 4.5 3 8 7 10 4-2 7-5.5 7-10V5.500z'/><path d='m9 11.5 2.2 2.200L15.5 9.5'/>",
        ["apps"] = "<rect x='4' y='4' width='6.5' height='6.5' rx='1.5'/><rect x='13.5' y='4' width='6.5' height='6.5' rx='1.5'/><rect x='4' y='13.5' width='6.5' height='6.5' rx='1.5'/><rect x='13.5' y='13.5' width='6.5' height='6.5' rx='1.5'/>",
        ["device"] = "<rect x='3' y='5' width='18' height='11' rx='2'/><path d='M9 20h6M12 16v4'/>",
        ["at"] = "<circle cx='12' cy='12' r='4'/><path d='M16 8v5.500a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5'/>",
        ["write"] = "<path d='M4 20h4L19 9l-4-4L4 16zM13 7l4 4'/>",
        ["image"] = "<rect x='3' y='4.5' width='18' height='15' rx='2.5'/><circle cx='8.5' cy='10' r='1.7'/><path d='m4 18 5.5-5 3.5 3 3.5-3.500L21 17'/>",
        ["network"] = "<circle cx='12' cy='12' r='9'/><path d='M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9'/>",
        ["chat"] = "<path d='M4 5.500h16v11h-9L6.5 20v-3.500H4z'/>",
        ["list"] = "<path d='M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01'/>",
        ["download"] = "<path d='M12 4v11m0 0 4.5-4.500M12 15l-4.5-4.500M4 19.500h16'/>",
        ["pause"] = "<circle cx='12' cy='12' r='9'/><path d='M10 9v6M14 9v6'/>",
        ["trash"] = "<path d='M4.5 7h15M10 7V4.500h4V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5'/>",
        ["warning"] = "<path d='M12 4 2.5 20h19zM12 10v4.500M12 17.300v.01'/>",
        ["check"] = "<path d='m5 12.5 4.5 4.500L19 7.5'/>",
        ["pulse"] = "<path d='M3 12h4l2.500-7 4.500 14 2.500-7H21'/>",
        ["ticket"] = "<path d='M3.500 7h17v3a2 2 0 0 0 0 4v3h-17v-3a2 2 0 0 0 0-4zM14.500 7v10'/>",
        ["chart"] = "<path d='M4 20h16M6.500 16v-4M12 16V6M17.500 16V9.500'/>",
        ["arrow"] = "<path d='m9 6 6 6-6 6'/>",
        ["back"] = "<path d='m15 6-6 6 6 6'/>",
        ["plus"] = "<path d='M12 5v14M5 12h14'/>",
        ["app"] = "<rect x='4' y='4' width='16' height='16' rx='4'/><path d='M9 12h6M12 9v6'/>",
        ["finger"] = "<path d='M7 19c1-2 1.5-4.5 1.5-7a3.5 3.5 0 0 1 7 0c0 3-.5 5.5-1.5 8M12 12c0 3-.6 6-1.8 8.500M5 15.500c.3-1.2.4-2.3.4-3.500a6.6 6.6 0 0 1 11-5M18.5 10c.4 2.5.2 5-.3 7.5'/>",
    };

    public string Name { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "icon");
        output.Attributes.SetAttribute("viewBox", "0 0 24 24");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Attributes.SetAttribute("focusable", "false");
        output.Content.SetHtmlContent(Drawings[Name].Replace('\'', '"'));
    }
}
