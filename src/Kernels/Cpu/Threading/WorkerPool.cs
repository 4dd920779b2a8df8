namespace MolEngine.Kernels.Cpu.Threading;

/// <summary>
/// A fork-join pool: the caller and Workers - 1 background threads take tasks from one counter. Which worker runs a task changes
/// nothing in its result, so results do not depend on the number of threads. One call at a time, and none from inside a task.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    /// <summary>About 0.1 ms: longer than the gap between two ops, shorter than anything a person or a battery notices.</summary>
    private const int SpinsBeforeSleep = 4000;

    private readonly Worker[] _workers;
    private Action<int>? _body;
    private Exception? _failure;
    private int _generation;
    private int _running;
    private int _busy;
    private int _arrived;
    private int _barriers;
    private bool _stopped;

    /// <param name="workers">Threads in all, the caller included.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _workers = new Worker[workers - 1];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new Worker(this, i + 1);
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
    /// <exception cref="InvalidOperationException">Called from inside a task, or from two threads at once.</exception>
    public void OnAll(Action<int> body)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("worker pool: expected one call at a time, got one from inside another");
        try
        {
            _failure = null;
            _arrived = 0;
            _body = body;
            Volatile.Write(ref _running, Workers - 1);
            Interlocked.Increment(ref _generation);
            foreach (Worker worker in _workers)
                worker.Wake();
            Guarded(body, 0);
            var spin = new SpinWait();
            while (Volatile.Read(ref _running) > 0)
                spin.SpinOnce(sleep1Threshold: -1);
            _body = null;
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }

        if (_failure is { } failure)
            throw new AggregateException("a worker failed", failure);
    }

    /// <summary>
    /// Inside <see cref="OnAll"/>: waits until every worker has come here, and makes what they wrote visible. Every worker must call it
    /// equally often; where one has failed instead, the others are released by an exception.
    /// </summary>
    public void Barrier()
    {
        int before = Volatile.Read(ref _barriers);
        if (Interlocked.Increment(ref _arrived) == Workers)
        {
            _arrived = 0;
            Interlocked.Increment(ref _barriers);
            return;
        }

        var spin = new SpinWait();
        while (Volatile.Read(ref _barriers) == before)
        {
            if (Volatile.Read(ref _failure) is not null)
                throw new OperationCanceledException("worker pool: another worker failed before a barrier");
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        Interlocked.Increment(ref _generation);
        foreach (Worker worker in _workers)
            worker.Dispose();
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

    /// <summary>A background thread, which spins for a while after each job and then sleeps.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly WorkerPool _pool;
        private readonly int _index;
        private readonly Thread _thread;
        private readonly SemaphoreSlim _wake = new(0);
        private int _asleep;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            _index = index;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"molengine worker {index}" };
            _thread.Start();
        }

        /// <summary>After the generation has moved on: whoever takes back the mark of sleep decides whether the semaphore is released.</summary>
        public void Wake()
        {
            if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1)
                _wake.Release();
        }

        public void Dispose()
        {
            Wake();
            _thread.Join();
            _wake.Dispose();
        }

        private void Loop()
        {
            int seen = 0;
            while (true)
            {
                int spins = 0;
                while (Volatile.Read(ref _pool._generation) == seen)
                {
                    if (++spins < SpinsBeforeSleep)
                        Thread.SpinWait(1);
                    else
                        Sleep(seen);
                }

                seen++;
                if (_pool._stopped)
                    return;
                _pool.Guarded(_pool._body!, _index);
                Interlocked.Decrement(ref _pool._running);
            }
        }

        /// <summary>
        /// The mark is set, then the generation read again (the exchange is a full fence): either <see cref="Wake"/> sees the mark and
        /// releases, or this sees the new generation and takes the mark back. If Wake took it first, its release is waited for.
        /// </summary>
        private void Sleep(int seen)
        {
            Interlocked.Exchange(ref _asleep, 1);
            if (Volatile.Read(ref _pool._generation) == seen || Interlocked.Exchange(ref _asleep, 0) == 0)
                _wake.Wait();
        }
    }
}
