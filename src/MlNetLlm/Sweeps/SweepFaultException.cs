namespace MlNetLlm.Sweeps;

/// <summary>
/// A fault of a sweep itself that its first trial shows, such as a metric that no result has: the sweep ends, and the trial has not failed.
/// </summary>
/// <param name="message">The fault, and the way out.</param>
public sealed class SweepFaultException(string message) : InvalidOperationException(message)
{
    /// <summary>
    /// Whether the machine is at fault, such as one that starts no process: then the sweep ends also after other trials have completed.
    /// </summary>
    /// <value>false.</value>
    public bool IsOfTheMachine { get; init; }
}
