using MolEngine.Kernels.Collectives;

namespace MolEngine.Kernels.Tests.Collectives;

/// <summary>Runs a body as every rank of a team of threads.</summary>
internal static class ThreadTeam
{
    /// <summary>What each rank's body has thrown; null where it came to its end.</summary>
    public static Exception?[] Run(int size, TimeSpan timeout, Action<Communicator> body)
    {
        Communicator[] ranks = ThreadRanks.Of(size);
        var thrown = new Exception?[size];
        Thread[] threads =
        [
            .. ranks.Select(rank => new Thread(() =>
            {
                rank.Timeout = timeout;
                try
                {
                    body(rank);
                }
                catch (Exception e)
                {
                    thrown[rank.Rank] = e;
                }
            })),
        ];
        foreach (Thread t in threads)
            t.Start();
        foreach (Thread t in threads)
            t.Join();
        return thrown;
    }

    /// <summary>All ranks must come to their end.</summary>
    public static void Succeed(int size, Action<Communicator> body)
    {
        if (Run(size, TimeSpan.FromSeconds(60), body).FirstOrDefault(e => e is not null) is { } failure)
            throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>All ranks must fail alike; what they say.</summary>
    public static string Fail(int size, TimeSpan timeout, Action<Communicator> body)
    {
        Exception?[] thrown = Run(size, timeout, body);
        return Assert.Single(thrown.Select(e => Assert.IsType<CollectiveException>(e).Message).Distinct());
    }
}
