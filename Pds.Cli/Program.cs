using Pds.Cli.Commands;

return await CommandTree.Parse(args).InvokeAsync();
