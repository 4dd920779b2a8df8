using System.Collections.Concurrent;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Server.Figures;

namespace MolEngine.Server.Serving;

/// <summary>
/// The one thread that drives the batch, and the queue before it. Requests come from any thread, and are told of their
/// tokens through channels: nobody who reads slowly, leaves or fails holds the others up.
/// </summary>
/// <param name="batch">Used by <see cref="Run"/> alone, but for what of it never changes.</param>
/// <param name="places">Answers that are generated at a time, at most.</param>
/// <param name="queue">Answers that may wait beside them.</param>
public sealed class Scheduler(GenerationBatch batch, ServerFigures figures, int places, int queue) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly BlockingCollection<Action> _orders = [];
    private readonly HashSet<Sequence> _open = [];
    private readonly Dictionary<GenerationRow, Sequence> _rows = [];
    private bool _stopping;
    private volatile int _running;
    private volatile int _cached;

    /// <summary>Most tokens of a prompt and its answer.</summary>
    public int Longest => batch.Longest;

    /// <summary>Most answers that a request can ask for.</summary>
    public int MostAnswers => queue;

    /// <summary>Answers that have a place.</summary>
    public int Running => _running;

    /// <summary>Answers that have none yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return Math.Max(_open.Count - _running, 0);
        }
    }

    /// <summary>Tokens in the cache.</summary>
    public int CachedTokens => _cached;

    public int Capacity => batch.Capacity;

    public bool IsStopping
    {
        get
        {
            lock (_lock)
                return _stopping;
        }
    }

    /// <summary>Why a request finds no room, however long it waits; null where it does.</summary>
    public string? TooLong(GenerationRequest request) => batch.TooLong(request);

    /// <summary>Makes the answers of a request, which <see cref="Submit"/> then queues.</summary>
    /// <param name="requests">One for each answer.</param>
    /// <param name="stops">Texts that end an answer.</param>
    public Generation Prepare(
        Tokenizer tokenizer, IReadOnlyList<GenerationRequest> requests, IReadOnlyList<string> stops,
        bool skipSpecialTokens) => new(this, tokenizer, requests, stops, skipSpecialTokens);

    /// <summary>Queues all answers of a request, or none.</summary>
    public Admission Submit(Generation generation)
    {
        lock (_lock)
        {
            if (_stopping)
                return Admission.Stopping;
            if (_open.Count + generation.Count > places + queue)
                return Admission.Full;
            _open.UnionWith(generation.Sequences);
            _orders.Add(() => Add(generation));
            return Admission.Accepted;
        }
    }

    /// <summary>Takes out what has not ended. Nothing waits for it.</summary>
    internal void Cancel(Generation generation)
    {
        lock (_lock)
        {
            if (!_orders.IsAddingCompleted && generation.Sequences.Any(_open.Contains))
                _orders.Add(() => Remove(generation.Sequences));
        }
    }

    /// <summary>No request is accepted any more; <see cref="Run"/> returns once the others have ended.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            _orders.Add(() => { });
        }
    }

    /// <summary>Takes out all that has not ended.</summary>
    /// <param name="cause">What those who wait for it are told.</param>
    public void Abort(Exception cause)
    {
        lock (_lock)
        {
            if (_orders.IsAddingCompleted)
                return;
            _orders.Add(() =>
            {
                Sequence[] open;
                lock (_lock)
                    open = [.. _open];
                Array.ForEach(open, s => s.Fail(cause));
                Remove(open);
            });
        }
    }

    /// <summary>Generates, on the thread that calls, until <see cref="Stop"/> and the last answer's end.</summary>
    /// <exception cref="Exception">The device or the memory failed: every request is told that it ended.</exception>
    public void Run()
    {
        try
        {
            while (!batch.IsIdle || _orders.Count > 0 || !IsStopping)
            {
                if (batch.IsIdle)
                    _orders.Take()();
                while (_orders.TryTake(out Action? order))
                    order();
                Step();
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _stopping = true;
                foreach (Sequence sequence in _open)
                    sequence.Fail(e);
                _open.Clear();
            }

            throw;
        }
        finally
        {
            lock (_lock)
                _orders.CompleteAdding();
        }
    }

    public void Dispose() => _orders.Dispose();

    private void Add(Generation generation)
    {
        foreach (Sequence sequence in generation.Sequences.Where(s => !s.HasEnded))
        {
            sequence.Row = batch.Add(sequence.Request);
            _rows.Add(sequence.Row, sequence);
        }
    }

    private void Remove(IReadOnlyList<Sequence> sequences)
    {
        foreach (Sequence sequence in sequences)
        {
            if (sequence.Row is { } row && _rows.Remove(row))
                batch.Remove(row);
            Leave(sequence);
        }

        _running = batch.Running;
    }

    private void Step()
    {
        try
        {
            foreach (GeneratedToken token in batch.Step())
                _rows[token.Row].Take(token, figures);
        }
        catch (NonFiniteException)
        {
            // Its row is out, and is told so below; the others go on.
        }

        (_running, _cached) = (batch.Running, batch.CachedTokens);
        List<Sequence>? ended = null;
        foreach ((GenerationRow row, Sequence sequence) in _rows)
        {
            if (row.HasStarted && !sequence.HasStarted)
                sequence.Start(figures);
            if (row.Stop is not null || sequence.HasStopped)
                (ended ??= []).Add(sequence);
        }

        foreach (Sequence sequence in ended ?? [])
        {
            batch.Remove(sequence.Row!);
            _rows.Remove(sequence.Row!);
            sequence.End();
            Leave(sequence);
        }
    }

    private void Leave(Sequence sequence)
    {
        lock (_lock)
            _open.Remove(sequence);
    }
}
