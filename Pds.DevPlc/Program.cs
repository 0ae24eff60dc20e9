await Pds.DevPlc.DevPlcApplication.Create(args).RunAsync();
