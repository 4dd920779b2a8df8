using Microsoft.Extensions.Hosting;

namespace MolEngine.Server.Http;

/// <summary>Signals belong to the program, which stops the server itself.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
