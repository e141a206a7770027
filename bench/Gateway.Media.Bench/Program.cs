using System.CommandLine;
using System.Globalization;
using Gateway.Media.Bench;
using Gateway.Media.Bench.Relays;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args is [RelayProcess.Verb]
    ? await RelayProcess.RunAsync()
    : await BenchOptions.Command(MediaBench.RunAsync).Parse(args).InvokeAsync();
