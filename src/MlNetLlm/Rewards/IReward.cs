namespace MlNetLlm.Rewards;

/// <summary>
/// A task's own verdict on an answer: right or wrong. It is total: whatever the strings, it does not throw, and an answer that it cannot
/// read is wrong. (A grader that pays for garbage teaches garbage: the code released with Transformer² gives unreadable multiple-choice
/// answers a fixed letter, which is right now and then.)
/// </summary>
public interface IReward
{
    /// <summary>Whether an answer is right.</summary>
    /// <param name="prompt">What was asked.</param>
    /// <param name="answer">What the model wrote, without the prompt and the end token.</param>
    /// <param name="reference">What the data says is right; empty where it says nothing.</param>
    bool IsRight(string prompt, string answer, string reference);

    /// <summary>What is wrong with a reference, so that no answer could ever be right; null = nothing.</summary>
    /// <param name="reference">What the data says is right.</param>
    string? FaultOf(string reference) => null;
}
