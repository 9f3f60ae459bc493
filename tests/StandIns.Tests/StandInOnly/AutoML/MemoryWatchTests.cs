using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;

namespace StandIns.Tests.StandInOnly.AutoML;

internal sealed class MemoryWatchTests
{
    private const int AllowedMiB = 32;
    private static readonly TimeSpan _longEnough = TimeSpan.FromMilliseconds(300);   // for what must not come meanwhile

    [Test]
    public async Task RunAsync_WithATrialThatEndsWhileItIsCancelled_WaitsForTheCancellation()
    {
        var runner = new EndsWhileCancelled();
        await new MLContext(seed: 1).Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 })
            .AddSearchSpace("point", new SearchSpace()).SetTrialRunner(_ => runner).SetRandomSearchTuner(1)
            .SetMaximumMemoryUsageInMegaByte((Environment.WorkingSet >> 20) + AllowedMiB).SetMaxModelToExplore(1).RunAsync();
        Assert.That(await runner.DisposedTooEarly, Is.False, "the cancellation was still at work on what was disposed");
    }

    private sealed class EndsWhileCancelled : ITrialRunner
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _returning = new();
        private readonly ManualResetEventSlim _disposed = new();

        public Task<bool> DisposedTooEarly => _ended.Task;

        public async Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct)
        {
            ct.Register(() =>
            {
                _begun.SetResult();
                _returning.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                _ended.SetResult(_disposed.Wait(_longEnough, CancellationToken.None));
            });
            var much = new byte[2 * AllowedMiB << 20];   // only now, for a token that is cancelled already would call at once
            Array.Fill(much, (byte)1);
            await _begun.Task;
            GC.KeepAlive(much);
            _returning.Set();
            return new TrialResult { TrialSettings = settings, Loss = 1 };
        }

        public void Dispose() => _disposed.Set();
    }
}
