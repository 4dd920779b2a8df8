namespace MolEngine.Server.Tests;

/// <summary>What a thousand requests leave behind.</summary>
[Collection("alone")]
public sealed class MemoryTests
{
    /// <summary>Tests that look at the memory of the process run by themselves.</summary>
    [CollectionDefinition("alone", DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public async Task A_thousand_requests_leave_nothing_behind()
    {
        using var server = new TestServer(ModelFolder.Scripted(), tokens: 2048);
        long before = await After(server, 200);
        long after = await After(server, 1000);

        // Less than half a token list each; pools of buffers grow a little, and then no more.
        Assert.True(after - before < 1000 * 256, $"{after - before} bytes more after 1,000 requests");
        Assert.Equal((0, 0), (server.Scheduler.Running, server.Scheduler.Waiting));
        Assert.InRange(server.Scheduler.CachedTokens, 0, 2048);
    }

    private static async Task<long> After(TestServer server, int requests)
    {
        for (int i = 0; i < requests; i += 4)
        {
            await Task.WhenAll(Enumerable.Range(i, 4).Select(k => k % 2 == 0
                ? (Task)server.Chat($"Hi {k}", "\"max_tokens\": 2, ")
                : server.Stream(
                    "/v1/chat/completions", TestServer.ChatBody($"Hi {k}", "\"max_tokens\": 2, \"stream\": true, "))));
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
