namespace MolEngine.Kernels.Cpu.Threading;

/// <summary>
/// A fork-join pool: the caller and Workers - 1 background threads take tasks from one counter. Which worker runs a task changes
/// nothing in its result, so results do not depend on the number of threads.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 4000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private Action<int>? _body;
    private Exception? _failure;
    private int _generation;
    private int _sleeping;
    private int _running;
    private bool _stopped;

    /// <param name="workers">Threads in all, the caller included.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"molengine worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Workers { get; }

    /// <summary>Runs <paramref name="body"/> (task, worker) for every task in 0 .. tasks - 1. Returns when all are done.</summary>
    public void For(int tasks, Action<int, int> body)
    {
        if (tasks <= 1 || Workers == 1)
        {
            for (int task = 0; task < tasks; task++)
                body(task, 0);
            return;
        }

        int next = 0;
        OnAll(worker =>
        {
            int task;
            while ((task = Interlocked.Increment(ref next) - 1) < tasks)
                body(task, worker);
        });
    }

    /// <summary>Runs <paramref name="body"/> once on every worker at the same time. The first exception is thrown here.</summary>
    public void OnAll(Action<int> body)
    {
        if (Workers == 1)
        {
            body(0);
            return;
        }

        _failure = null;
        _body = body;
        Volatile.Write(ref _running, Workers - 1);
        Interlocked.Increment(ref _generation);
        int sleeping = Interlocked.Exchange(ref _sleeping, 0);
        if (sleeping > 0)
            _wake.Release(sleeping);
        Guarded(body, 0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _running) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
        _body = null;
        if (_failure is { } failure)
            throw new AggregateException("a worker failed", failure);
    }

    public void Dispose()
    {
        _stopped = true;
        Interlocked.Increment(ref _generation);
        _wake.Release(Workers);
        foreach (Thread thread in _threads)
            thread.Join();
        _wake.Dispose();
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            int spins = 0;
            while (Volatile.Read(ref _generation) == seen)
            {
                if (++spins < SpinsBeforeSleep)
                    Thread.SpinWait(1);
                else
                    Sleep(seen);
            }

            seen++;
            if (_stopped)
                return;
            Guarded(_body!, worker);
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>
    /// A sleeper counts itself, then looks again: either the caller sees the count and releases the semaphore, or the sleeper sees the
    /// new generation. A release meant for a worker that did not sleep only makes a later one look once more.
    /// </summary>
    private void Sleep(int seen)
    {
        Interlocked.Increment(ref _sleeping);
        if (Volatile.Read(ref _generation) == seen)
            _wake.Wait();
    }

    private void Guarded(Action<int> body, int worker)
    {
        try
        {
            body(worker);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
    }
}
