using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

var builder = DistributedApplication.CreateBuilder(args);

var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("algostack");
var messaging = builder.AddRabbitMQ("messaging").WithDataVolume();

// What the services know each other by, and the command line on this machine.
var serviceKey = builder.AddParameter("service-key", new GenerateParameterDefault { MinLength = 64 }, secret: true, persist: true);

var ingestion = builder.AddProject<Projects.AlgoStack_Ingestion>("ingestion")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging);

var signal = builder.AddProject<Projects.AlgoStack_Signal>("signal")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(ingestion);

var brokerRouting = builder.AddProject<Projects.AlgoStack_BrokerRouting>("broker-routing")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(ingestion)
    .WithReference(signal);

var alerting = builder.AddProject<Projects.AlgoStack_Alerting>("alerting")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging);

var backtest = builder.AddProject<Projects.AlgoStack_Backtest>("backtest")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(ingestion)
    .WithReference(signal)
    .WithReference(brokerRouting);

var gateway = builder.AddProject<Projects.AlgoStack_Gateway>("gateway")
    .WithHttpEndpoint(port: 5080)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("Tokens__ServiceKey", serviceKey)
    .WithReference(database).WaitFor(database)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(ingestion)
    .WithReference(signal)
    .WithReference(brokerRouting)
    .WithReference(alerting)
    .WithReference(backtest);

// Whose tokens they take.
ingestion.WithReference(gateway);
signal.WithReference(gateway);
brokerRouting.WithReference(gateway);
backtest.WithReference(gateway);

// Alerting watches the health of all, those that come after it included.
alerting
    .WithReference(ingestion)
    .WithReference(signal)
    .WithReference(brokerRouting)
    .WithReference(backtest)
    .WithReference(gateway);

builder.Build().Run();
