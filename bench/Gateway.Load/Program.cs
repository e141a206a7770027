using System.CommandLine;
using System.Globalization;
using Gateway.Load;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [Gateway.Load.Msrp.MsrpSubject.Name])
{
    return await Gateway.Load.Msrp.MsrpSubject.RunAsync();
}

return await LoadOptions.Command(LoadRun.RunAsync).Parse(args).InvokeAsync();
