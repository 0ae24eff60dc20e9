using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Pds.Web.Tags;

/// <summary>
/// A labelled input with its hint and with what is wrong with it, tied together for those who do not see them side by side.
/// Attributes that are not named here go to the input; what stands inside follows it.
/// </summary>
[HtmlTargetElement("field", Attributes = "name,label")]
public sealed class FieldTagHelper : TagHelper
{
    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    public string Name { get; set; } = "";

    public string Label { get; set; } = "";

    public string? Hint { get; set; }

    public string Type { get; set; } = "text";

    public string? Value { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var after = await output.GetChildContentAsync();
        var error = ViewContext.ModelState.TryGetValue(Name, out var state) && state.Errors.Count > 0 ? state.Errors[0].ErrorMessage : null;
        var id = $"f-{Name}";

        var input = new TagBuilder("input") { TagRenderMode = TagRenderMode.SelfClosing };
        foreach (var attribute in output.Attributes)
        {
            input.Attributes[attribute.Name] = attribute.Value?.ToString() ?? "";
        }

        input.Attributes["id"] = id;
        input.Attributes["name"] = Name;
        input.Attributes["type"] = Type;
        if (Value is not null)
        {
            input.Attributes["value"] = Value;
        }

        var described = string.Join(' ', new[] { Hint is null ? null : $"{id}-hint", error is null ? null : $"{id}-error" }.OfType<string>());
        if (described.Length > 0)
        {
            input.Attributes["aria-describedby"] = described;
        }

        if (error is not null)
        {
            input.Attributes["aria-invalid"] = "true";
        }

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.Clear();
        output.Attributes.SetAttribute("class", error is null ? "field" : "field bad");
        var label = new TagBuilder("label");
        label.Attributes["for"] = id;
        label.InnerHtml.Append(Label);
        output.Content.SetHtmlContent(label);
        Append(output, $"{id}-hint", "hint", Hint);
        output.Content.AppendHtml(input);
        output.Content.AppendHtml(after);
        Append(output, $"{id}-error", "error", error);
    }

    private static void Append(TagHelperOutput output, string id, string cssClass, string? text)
    {
        if (text is not null)
        {
            var line = new TagBuilder("p");
            line.Attributes["id"] = id;
            line.AddCssClass(cssClass);
            line.InnerHtml.Append(text);
            output.Content.AppendHtml(line);
        }
    }
}
