using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// The one loop that all methods train with: AdamW, warm-up and schedule, accumulation, clipping, validation, early stop, best weights,
/// checkpoints, resume, progress, cancellation.
/// </summary>
/// <remarks>
/// On the CPU, a run killed or cancelled at any moment and resumed ends with the same bits as one that was not, on the same machine kind
/// and thread count. On a GPU it draws the same numbers, but kernels that add in any order leave differences in the last bits.
/// Torch's own generators, of the CPU and of all GPUs, are seeded before every batch from the stream
/// <see cref="RandomStreams.Dropout"/>, so a checkpoint needs counters only.
/// </remarks>
public static class TrainingLoop
{
    /// <summary>Trains.</summary>
    /// <param name="job">What trains, on what, by which loss.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Is told after every step.</param>
    /// <param name="cancellationToken">
    /// Stops between two steps, or where the job's loss or validation stops by it; a checkpoint is saved first where a folder is set.
    /// </param>
    /// <param name="files">Where to write; null writes to this machine's disk.</param>
    /// <returns>How the run ended. The job's parameters hold the trained weights.</returns>
    /// <exception cref="ArgumentException">Options or job have faults.</exception>
    /// <exception cref="InvalidOperationException">The folder holds another run's checkpoints.</exception>
    /// <exception cref="TrainingDivergedException">A loss, gradient, weight or logit became infinite or no number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled, after its state was saved.</exception>
    public static TrainingResult Run(
        TrainingJob job, TrainingOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default, IFileSystem? files = null)
    {
        using var run = new TrainingRun(job, options.Validated(), files ?? FileSystems.Default);
        run.Begin();
        try
        {
            while (run.GoesOn)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                if (run.State.Unlogged is null)                        // else the run was cancelled while it validated this step
                {
                    var (loss, tokens) = run.Accumulate();             // forward and backward, all batches of the step
                    var norm = run.Clip();
                    run.Update(loss, norm, tokens);                    // AdamW
                }
                if (run.IsValidationDue)
                    run.Validate();
                var metrics = run.Log();
                if (run.IsCheckpointDue)
                    run.Save();
                progress?.Report(run.Progress(metrics));
            }
        }
        catch (OperationCanceledException error)
        {
            run.Save();
            throw new OperationCanceledException(
                $"Training was cancelled after step {run.State.Step} of {run.Steps}.", error, error.CancellationToken);
        }
        run.Save();
        run.RestoreBest();
        return run.Result();
    }
}
