using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>Next-token losses with a teacher beside the text (Hinton et al. 2015), as the baseline of Tack et al. (2025) has it.</summary>
internal static class Distillation
{
    /// <summary>
    /// Σ −log p(target) + w Σ KL(q ‖ p) with KL(q ‖ p) = Σ q · (log q − log p) over counted places, p being the student's distribution and
    /// q the teacher's, both at temperature 1. Logits of both are made a piece at a time, the student's once for both losses.
    /// </summary>
    /// <param name="student">From hidden states (places, width) to logits (places, vocabulary), and all weights of that.</param>
    /// <param name="hidden">The student's, (batch, time, width).</param>
    /// <param name="teacherHead">As the student's; it gets no gradient.</param>
    /// <param name="teacherHidden">The teacher's, (batch, time, its width).</param>
    /// <param name="targets">(batch, time) int64.</param>
    /// <param name="vocabularySize">Logits a place.</param>
    /// <param name="weight">w.</param>
    /// <returns>The whole, a scalar with a graph, and its two sums.</returns>
    public static (Tensor Loss, double NegativeLogLikelihood, double Divergence) Losses(
        (Func<Tensor, Tensor> Head, IEnumerable<Tensor> Weights) student, Tensor hidden, Func<Tensor, Tensor> teacherHead,
        Tensor teacherHidden, Tensor targets, long vocabularySize, double weight)
    {
        var (h, t) = Objectives.Counted(hidden, targets);                                       // (n, width), (n)
        var (g, _) = Objectives.Counted(teacherHidden, targets);                                // (n, the teacher's width)
        var (likelihood, divergence) = (0.0, 0.0);
        var loss = PiecewiseLoss.Of(h, vocabularySize, student.Weights, (piece, from) =>
        {
            var logq = Teacher(g.narrow(0, from, piece.size(0)));                               // (count, vocabulary)
            var logp = student.Head(piece).log_softmax(-1);                                     // (count, vocabulary)
            var own = -logp.gather(1, t.narrow(0, from, piece.size(0)).unsqueeze(1)).sum();
            var apart = (logq.exp() * (logq - logp)).sum();
            (likelihood, divergence) = (likelihood + own.ToDouble(), divergence + apart.ToDouble());
            return own + apart * weight;
        });
        return (loss, likelihood, divergence);

        Tensor Teacher(Tensor piece)
        {
            using var quiet = no_grad();
            return teacherHead(piece).log_softmax(-1);
        }
    }
}
