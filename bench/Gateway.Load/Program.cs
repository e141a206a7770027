using System.CommandLine;
using System.Globalization;
using Gateway.Load;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await LoadOptions.Command(LoadRun.RunAsync).Parse(args).InvokeAsync();
