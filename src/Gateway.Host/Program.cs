return await Gateway.Host.Cli.GatewayCommand.InvokeAsync(args).ConfigureAwait(false);
