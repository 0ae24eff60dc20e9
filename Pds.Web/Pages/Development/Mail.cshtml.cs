using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Xrpc;

namespace Pds.Web.Pages.Development;

/// <summary>The mails of a developer's server that has no mail server.</summary>
[EnglishPage]
internal sealed class MailModel(ServiceOptions service) : PersonPage
{
    public IReadOnlyList<DevelopmentMail> Mails { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync()
    {
        // Whoever reads these can take any account over.
        if (!service.DevMode)
        {
            return NotFound();
        }

        Mails = await Bus.InvokeAsync<IReadOnlyList<DevelopmentMail>>(new ListDevelopmentMails(), Aborted);
        return Page();
    }
}
