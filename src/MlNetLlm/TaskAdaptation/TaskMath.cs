using MlNetLlm.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.TaskAdaptation;

/// <summary>Losses and probabilities of tasks.</summary>
internal static class TaskMath
{
    /// <summary>The hidden states at the places that answer, and what they should answer.</summary>
    /// <param name="hidden">(batch, time, width).</param>
    /// <param name="targets">(batch, time); <see cref="TokenBatch.Ignored"/> elsewhere.</param>
    /// <returns>(n, width) and (n), row after row.</returns>
    public static (Tensor Hidden, Tensor Targets) Answers(Tensor hidden, Tensor targets)
    {
        var t = targets.reshape(-1);
        var places = t.ne(TokenBatch.Ignored).nonzero().squeeze(1);
        return (hidden.reshape(-1, hidden.shape[^1]).index_select(0, places), t.index_select(0, places));
    }

    /// <summary>Σ -log softmax(logits)[class].</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="classes">(n).</param>
    public static Tensor ClassLoss(Tensor logits, Tensor classes) => functional.cross_entropy(logits, classes, reduction: Reduction.Sum);

    /// <summary>Σ -log softmax over a question's choices[right one].</summary>
    /// <param name="logits">(questions · choices, 1).</param>
    /// <param name="marks">(questions · choices): 1 = right, 0 = wrong, -1 = no such choice.</param>
    /// <param name="choices">Choices a question.</param>
    public static Tensor ChoiceLoss(Tensor logits, Tensor marks, long choices)
    {
        var right = marks.view(-1, choices).argmax(1);                                               // (questions)
        return ClassLoss(Present(logits, marks.lt(0), choices), right);
    }

    /// <summary>A question's choices in a row; those that are not there cannot be chosen.</summary>
    /// <param name="logits">(questions · choices, 1).</param>
    /// <param name="absent">(questions · choices).</param>
    /// <param name="choices">Choices a question.</param>
    /// <returns>(questions, choices).</returns>
    public static Tensor Present(Tensor logits, Tensor absent, long choices) =>
        logits.view(-1, choices).masked_fill(absent.view(-1, choices), double.NegativeInfinity);
}
