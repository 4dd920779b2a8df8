using MolEngine.Basics.Text;

namespace MolEngine.Hub.Http;

/// <summary>Tries something again after pauses that grow, until it goes well or failed too often in a row.</summary>
/// <param name="what">What is tried, for people: "Qwen/Qwen3-8B: model.safetensors".</param>
/// <param name="note">Told each time that there is a pause.</param>
internal sealed class Retry(string what, Patience patience, Action<string> note, CancellationToken cancel)
{
    private int _failures;

    /// <summary>Something came: earlier failures count no more.</summary>
    public void Progressed() => _failures = 0;

    /// <param name="attempt">Throws <see cref="TransientException"/> where it may be tried again.</param>
    /// <exception cref="RunFailedException">It failed too often in a row.</exception>
    public async Task<T> Run<T>(Func<Task<T>> attempt)
    {
        while (true)
        {
            TimeSpan pause;
            try
            {
                return await attempt();
            }
            catch (TransientException e)
            {
                pause = PauseAfter(e);
            }

            await Task.Delay(pause, cancel);
        }
    }

    private TimeSpan PauseAfter(TransientException e)
    {
        _failures++;
        if (_failures >= patience.Failures)
        {
            throw new RunFailedException(
                $"{what}: {e.Message}; tried {Counts.Of(_failures, "time")}. What was fetched is kept: give the same "
                + "command again to go on", e);
        }

        TimeSpan pause = e.After ?? patience.PauseAfter(_failures);
        if (pause > patience.LongestAsked)
        {
            throw new RunFailedException(
                $"{what}: {e.Message}; the server asks to come back in {Numbers.Duration(pause)}. What was fetched is "
                + "kept: give the same command again then", e);
        }

        note($"{what}: {e.Message}; trying again in {Numbers.Duration(pause)}");
        return pause;
    }
}
