using System.Runtime.ExceptionServices;

namespace MolEngine.Kernels.Cpu.Threading;

/// <summary>
/// A fork-join pool: the caller and Workers - 1 background threads take tasks from one counter. Which worker runs a task changes
/// nothing in its result, so results do not depend on the number of threads. One fork at a time: a body must not fork again.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 4000;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private Action<int>? _body;
    private Exception? _failure;
    private int _generation;
    private int _sleepers;
    private int _running;
    private int _busy;
    private int _arrived;
    private int _barriers;
    private volatile bool _stopped;

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

    /// <summary>
    /// Runs <paramref name="body"/> (task, worker) for every task in 0 .. tasks - 1. Returns when all are done; the first exception is
    /// thrown here as it is, after the other workers have finished (some tasks may then not have run).
    /// </summary>
    /// <exception cref="InvalidOperationException">The pool is at work already: a body forks, or two threads share a pool.</exception>
    public void For(int tasks, Action<int, int> body)
    {
        if (tasks <= 0)
            return;
        Enter();
        try
        {
            if (tasks == 1 || Workers == 1)
            {
                for (int task = 0; task < tasks; task++)
                    body(task, 0);
                return;
            }

            int next = 0;
            Fork(worker =>
            {
                int task;
                while ((task = Interlocked.Increment(ref next) - 1) < tasks)
                    body(task, worker);
            });
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Runs <paramref name="body"/> once on every worker at the same time. Exceptions as in <see cref="For"/>.</summary>
    /// <exception cref="InvalidOperationException">The pool is at work already: a body forks, or two threads share a pool.</exception>
    public void OnAll(Action<int> body)
    {
        Enter();
        try
        {
            if (Workers == 1)
                body(0);
            else
                Fork(body);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>
    /// Inside <see cref="OnAll"/>: waits until every worker has come here; what they wrote before is then visible to all. Every worker
    /// must call it equally often. Where one has failed instead, the others are released by an exception.
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
                throw new OperationCanceledException("worker pool: barrier: expected every worker, got one that failed before it");
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        WakeAll();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            throw new InvalidOperationException(
                "worker pool: fork while another runs: expected one fork at a time, got a body that forks or a second thread. "
                + "Divide the work in one fork, or give each thread a backend.");
        }
    }

    private void Fork(Action<int> body)
    {
        _failure = null;
        _arrived = 0;
        _body = body;
        Volatile.Write(ref _running, Workers - 1);
        WakeAll();
        Guarded(body, 0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _running) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
        _body = null;
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// Either the caller sees a sleeper's count and pulses, or the sleeper sees the new generation (both sides write, fence, then read).
    /// The lock keeps the pulse from falling between the sleeper's last look and its wait.
    /// </summary>
    private void WakeAll()
    {
        Interlocked.Increment(ref _generation);
        if (Volatile.Read(ref _sleepers) == 0)
            return;
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void Sleep(int seen)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _generation) == seen)
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleepers);
        }
    }

    private void Loop(int worker)
    {
        for (int seen = 0; ; seen++)
        {
            int spins = 0;
            while (Volatile.Read(ref _generation) == seen)
            {
                if (++spins < SpinsBeforeSleep)
                    Thread.SpinWait(1);
                else
                    Sleep(seen);
            }

            if (_stopped)
                return;
            Guarded(_body!, worker);
            Interlocked.Decrement(ref _running);
        }
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
