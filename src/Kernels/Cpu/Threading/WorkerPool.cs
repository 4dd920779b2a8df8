using System.Runtime.ExceptionServices;

namespace MolEngine.Kernels.Cpu.Threading;

/// <summary>
/// A fork-join pool: the caller and Workers - 1 background threads take tasks from one counter. Which worker runs a
/// task changes nothing in its result, so results do not depend on the number of threads. One fork at a time: a body
/// must not fork again.
/// </summary>
/// <remarks>
/// All of a fork's state is one word: its number (upper half), whether it is closed, and how many workers are inside.
/// A worker enters by a compare-and-swap that fails once the caller has closed the fork, so <see cref="For"/> waits
/// only for those who came: on a busy machine a thread may get its first time slice long after the work is done.
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 4000;
    private const long OneFork = 1L << 32;
    private const long Closed = 1L << 31;
    private const long Inside = Closed - 1;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private Action<int>? _body;
    private Exception? _failure;
    private long _state = Closed;
    private int _missing;
    private int _sleepers;
    private int _busy;
    private int _arrived;
    private int _barriers;
    private volatile bool _stopped;

    /// <param name="workers">Threads in all, the caller included.</param>
    public WorkerPool(int workers)
        : this(workers, null)
    {
    }

    /// <param name="workers">Threads in all, the caller included.</param>
    /// <param name="onStart">Runs first on every background thread: tests make threads late with it.</param>
    internal WorkerPool(int workers, Action<int>? onStart)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() =>
            {
                onStart?.Invoke(worker);
                Loop(worker);
            })
            {
                IsBackground = true,
                Name = $"molengine worker {worker}",
            };
            _threads[i].Start();
        }
    }

    public int Workers { get; }

    /// <summary>
    /// Runs <paramref name="body"/> (task, worker) for every task in 0 .. tasks - 1. Returns when all are done; the
    /// first exception is thrown here as it is, after the workers at work have finished (some tasks may then not have
    /// run). A worker that comes late takes no part.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The pool is at work already: a body forks, or two threads share a pool.
    /// </exception>
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
            Fork(
                worker =>
                {
                    int task;
                    while ((task = Interlocked.Increment(ref next) - 1) < tasks)
                        body(task, worker);
                },
                everyWorker: false);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>
    /// Runs <paramref name="body"/> once on every worker at the same time. Exceptions as in <see cref="For"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The pool is at work already: a body forks, or two threads share a pool.
    /// </exception>
    public void OnAll(Action<int> body)
    {
        Enter();
        try
        {
            if (Workers == 1)
                body(0);
            else
                Fork(body, everyWorker: true);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>
    /// Inside <see cref="OnAll"/>: waits until every worker has come here; what they wrote before is then visible to
    /// all. Every worker must call it equally often. Where one has failed instead, the others are released by an
    /// exception.
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
            {
                throw new OperationCanceledException(
                    "worker pool: barrier: expected every worker, got one that failed before it");
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        lock (_gate)
            Monitor.PulseAll(_gate);
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private static int Number(long state) => (int)(state >> 32);

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            throw new InvalidOperationException(
                "worker pool: fork while another runs: expected one fork at a time, got a body that forks or a second "
                + "thread. Divide the work in one fork, or give each thread a backend.");
        }
    }

    private void Fork(Action<int> body, bool everyWorker)
    {
        _failure = null;
        _arrived = 0;
        _missing = everyWorker ? Workers - 1 : 0;
        _body = body;
        // The last fork was closed with nobody inside: no worker writes the word now.
        Interlocked.Exchange(ref _state, (Volatile.Read(ref _state) & ~(Closed | Inside)) + OneFork);
        WakeAll();
        Guarded(body, 0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _missing) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
        Interlocked.Or(ref _state, Closed);
        while ((Volatile.Read(ref _state) & Inside) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
        _body = null;
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// Either the caller sees a sleeper's count and pulses, or the sleeper sees the new fork's number (both sides
    /// write, fence, then read). The lock keeps the pulse from falling between the sleeper's last look and its wait.
    /// </summary>
    private void WakeAll()
    {
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
            while (!Called(seen))
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleepers);
        }
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            AwaitOther(seen);
            if (_stopped)
                return;
            if (TryJoin(out seen))
            {
                Guarded(_body!, worker);
                Interlocked.Decrement(ref _missing);
                Interlocked.Decrement(ref _state);
            }
        }
    }

    /// <summary>Waits for another fork than the one seen last, or the end: spins for a while, then sleeps.</summary>
    private void AwaitOther(int seen)
    {
        int spins = 0;
        while (!Called(seen))
        {
            if (++spins < SpinsBeforeSleep)
                Thread.SpinWait(1);
            else
                Sleep(seen);
        }
    }

    private bool Called(int seen) => _stopped || Number(Volatile.Read(ref _state)) != seen;

    /// <summary>Steps inside the fork <paramref name="number"/>, once at most; false where it is closed.</summary>
    private bool TryJoin(out int number)
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            number = Number(state);
            if ((state & Closed) != 0)
                return false;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
                return true;
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
